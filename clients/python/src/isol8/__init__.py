"""Client of isol8: runs code nobody trusts in sandboxes, over gRPC."""
