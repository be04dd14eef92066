"""From the library to the edit: downloads, clips cut to the shot, timelines and marker lists."""
