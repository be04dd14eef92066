"""One command, one supervisor: web, worker and watcher started, watched, restarted and stopped together.

It never imports a model library, so it is small and starts at once. `lock` keeps a second one away from the
data folder, `child` holds one process, `loop` holds them all, `launch` is what runs inside each child.
"""
