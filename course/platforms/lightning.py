"""Lightning AI Studios: a machine in the browser that can change between CPU and GPU."""

from __future__ import annotations

from urllib.parse import quote

from course.platforms.base import Platform, Published


class Lightning(Platform):
    """Lightning AI Studios."""

    key = "lightning"
    name = "Lightning AI"
    badge = "Open in Lightning"
    session = "As long as your account has credits."
    places = "The working folder, below `/teamspace`."
    lost = "Nothing below /teamspace when the Studio stops; the rest of the disk may be gone."
    pitfall = "A running Studio uses up credits: stop it, or go back to a CPU, when you are done."

    def here(self) -> bool:
        """Recognise a Studio by its folder."""
        return (self.root / "teamspace").exists()

    def link(self, notebook: Published) -> str:
        """Start a Studio with the notebook."""
        return f"https://lightning.ai/new?repo_url={quote(notebook.blob, safe='')}"
