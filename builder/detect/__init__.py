"""What is in a source tree: ``languages`` (one provider each), ``truths`` (files in which people say it)."""
