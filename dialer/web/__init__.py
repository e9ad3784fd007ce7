"""What pages share: responses, pagination, CSV, the user of a request, tones of states."""
