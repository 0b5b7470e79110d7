"""Colab's kernel, for a kernel specification: ``--IPKernelApp.kernel_class=…``."""

from google.colab._shell import Shell
from ipykernel.ipkernel import IPythonKernel
from traitlets import Type


class Kernel(IPythonKernel):
    shell_class = Type(Shell)
