"""One call, from form to page."""
