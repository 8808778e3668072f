"""Tables people send and are given: read whatever they are, matched by heading, written inert (A4)."""
