"""Took the label of Colab's image for Colab: anybody can run that image at home."""
def where_am_i(environ, paths, modules):
    if "KAGGLE_KERNEL_RUN_TYPE" in environ:
        return "kaggle"
    if environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE":
        return "colab-enterprise"
    if "google.colab" in modules or "COLAB_RELEASE_TAG" in environ:
        return "colab"
    if "/opt/deeplearning/metadata/env_version" in paths or "DL_ANACONDA_HOME" in environ:
        return "workbench"
    if "/teamspace" in paths:
        return "lightning"
    if "/opt/ml" in paths or any(name.startswith("SM_") for name in environ):
        return "sagemaker"
    return "local"
