"""One file for each format. A reader takes text or bytes and a budget and returns ``Read``; it opens nothing itself."""
