"""An HTTP simulator of NxCloud for the demo and the tests. It imports nothing of the portal; see README.md."""
