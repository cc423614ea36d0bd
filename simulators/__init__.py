"""Physical models of a zone behind real protocol servers, replayed recordings, and the drill."""
