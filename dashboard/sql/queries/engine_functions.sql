-- engine_functions: every function the engine has, in lower case.
SELECT lower(name)
FROM system.functions
FORMAT TSVRaw
