"""Stand-ins for the services that a component needs while its image is tried: real ones of this machine.

Here stand the services that can be stood in for (one file each), how each is run (no right, no file of this machine but
its programs, memory to write to, gone with the trial), which variables tell the component of them, and which of its
own secrets are made up. What a component needs is decided by its plan, never here.

Others may use ``standing.stood_in`` (all of it for one trial), ``giving.environment_for`` and ``forms.forms_of``.
"""
