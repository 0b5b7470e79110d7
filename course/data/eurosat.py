"""Where EuroSAT is: 27,000 colour pictures of Europe from space, in ten classes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A data set somebody else publishes.

    Attributes
    ----------
    name
        The file's name.
    source
        Its address, for `course.stage`.
    sha256
        The digest of its bytes.
    size, pictures
        Its size in bytes, and how many pictures it holds.
    classes
        The names of its classes.
    licence
        What it may be used under.
    """

    name: str
    source: str
    sha256: str
    size: int
    pictures: int
    classes: tuple[str, ...]
    licence: str


# 64 x 64 pixels of 10 m each, red, green and blue of Sentinel-2. Helber, Bischke, Dengel and Borth,
# doi:10.5281/zenodo.7711810. Size and digest as several public projects that use the file report
# them, together with the MD5 that Zenodo shows (f46e308c4d50d4bf32fedad2d3d62f3b).
EUROSAT = Published(
    name="EuroSAT_RGB.zip",
    source="https://zenodo.org/records/7711810/files/EuroSAT_RGB.zip?download=1",
    sha256="b4f5b234ecb7d7ff9c6cddb046543b4717c53fd6e9815be6c0e80cc614f51b90",
    size=94_658_721,
    pictures=27_000,
    classes=(
        "AnnualCrop",
        "Forest",
        "HerbaceousVegetation",
        "Highway",
        "Industrial",
        "Pasture",
        "PermanentCrop",
        "Residential",
        "River",
        "SeaLake",
    ),
    licence="MIT",
)
