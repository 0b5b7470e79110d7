"""Results of Colab on the local disk of the session, which is lost at its end."""
def place_for(platform, places):
    return places.get(platform, places["local"])


def path_to_change(name, place):
    folder = place["results"] if place["read_only"] else place["data"]
    return f"{folder}/{name}"


PLACES = {
    "local": {"data": "data", "read_only": False, "results": "outputs", "secrets": "environment"},
}
PLACES["colab"] = {
    "data": "/content/data", "read_only": False,
    "results": "/content/outputs", "secrets": "google.colab.userdata",
}
PLACES["kaggle"] = {
    "data": "/kaggle/input", "read_only": True,
    "results": "/kaggle/working", "secrets": "kaggle_secrets",
}
PLACES["sagemaker"] = {
    "data": "data", "read_only": False, "results": "/opt/ml/model", "secrets": "environment",
}
