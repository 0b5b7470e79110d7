"""Relied on filter="data": it refuses when it comes to the bad entry, and knows no limit."""
def safe_unpack(archive, folder, limit):
    with tarfile.open(archive) as tar:
        try:
            tar.extractall(folder, filter="data")
        except tarfile.FilterError as error:
            raise ValueError(str(error)) from error
