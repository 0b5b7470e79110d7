"""Looked at the machine the notebook runs on instead of the arguments."""
def where_am_i(environ, paths, modules):
    if "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
        return "kaggle"
    if os.environ.get("VERTEX_PRODUCT") == "COLAB_ENTERPRISE":
        return "colab-enterprise"
    if "google.colab" in sys.modules:
        return "colab"
    if os.path.exists("/opt/deeplearning/metadata/env_version"):
        return "workbench"
    if os.path.exists("/teamspace"):
        return "lightning"
    return "local"
