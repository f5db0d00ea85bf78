"""The handler of the job that the environment names."""

import os
from importlib import import_module

handler = import_module(f".{os.environ['JOB']}", __package__).handler
