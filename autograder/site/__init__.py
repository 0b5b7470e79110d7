"""The site: pages made from releases, decks and code, put together by MkDocs, then checked."""
