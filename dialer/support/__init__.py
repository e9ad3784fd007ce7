"""Technical ground that knows nothing of calls: threads, time, encryption, SQL, hours, addresses."""
