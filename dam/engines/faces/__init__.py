"""Face engines: pictures in, faces with their boxes, their quality and the vector that tells people apart out."""
