"""Call lists, from upload to the download of their rows."""
