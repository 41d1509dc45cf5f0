import sys

from .harness.runner import main

sys.exit(main())
