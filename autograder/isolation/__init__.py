"""The boundary between tests and student code: two processes and one line between them.

examiner  --asks-->  conversation  ==frames==>  student  (in the sandbox)
proxy, live, handle: what comes back
"""
