"""Programs that stand in for those which need an account, and fail as those do.

Each is an executable in ``bin/``. It notes its calls in ``calls.jsonl`` of the folder named by
``STANDIN_HOME``, keeps what it "rents" as files there, and reads in ``mode`` how to fail.
"""
