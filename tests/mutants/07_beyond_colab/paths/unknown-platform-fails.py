"""A new platform is an error: no fall-back to the entry of the own machine."""
def place_for(platform, places):
    return places[platform]


def path_to_change(name, place):
    folder = place["results"] if place["read_only"] else place["data"]
    return f"{folder}/{name}"


PLACES = {
    "local": {"data": "data", "read_only": False, "results": "outputs", "secrets": "environment"},
}
PLACES["colab"] = {
    "data": "/content/data", "read_only": False,
    "results": "/content/drive/MyDrive", "secrets": "google.colab.userdata",
}
PLACES["kaggle"] = {
    "data": "/kaggle/input", "read_only": True,
    "results": "/kaggle/working", "secrets": "kaggle_secrets",
}
PLACES["sagemaker"] = {
    "data": "data", "read_only": False, "results": "/opt/ml/model", "secrets": "environment",
}
