"""Generated from proto/isol8/v1; never edited."""
