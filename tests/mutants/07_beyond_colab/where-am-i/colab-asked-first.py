"""Asked for the best-known platform first: Kaggle and Colab Enterprise carry Colab's marks too."""
def where_am_i(environ, paths, modules):
    if "google.colab" in modules:
        return "colab"
    if "KAGGLE_KERNEL_RUN_TYPE" in environ:
        return "kaggle"
    if environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE":
        return "colab-enterprise"
    if "/opt/deeplearning/metadata/env_version" in paths or "DL_ANACONDA_HOME" in environ:
        return "workbench"
    if "/teamspace" in paths:
        return "lightning"
    if "/opt/ml" in paths or any(name.startswith("SM_") for name in environ):
        return "sagemaker"
    return "local"
