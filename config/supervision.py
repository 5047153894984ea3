"""What `manage.py serve` becomes: the supervisor alone, without Django, which would take more memory than a worker.

`python -m config.supervision HOST PORT SECONDS`: where the web server listens, and the longest pause before a restart.
"""

import logging.config
import sys

from config import logs
from config.environment import text
from objects_app.supervisor import Supervisor, web_server, worker


def main() -> None:
    host, port, longest_pause = sys.argv[1:]
    log_format, level = text("LOG_FORMAT", default="console"), text("LOG_LEVEL", default="INFO")  # `serve` checked them
    logging.config.dictConfig(logs.logging(log_format, text("LOG_FILE"), level))
    pause = float(longest_pause)
    Supervisor([web_server(host, int(port), longest_pause=pause), worker(longest_pause=pause)]).run()


if __name__ == "__main__":
    main()
