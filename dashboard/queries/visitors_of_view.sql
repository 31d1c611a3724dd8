-- visitors_of_view: how many visitors a view has, from its raw days.
-- params: those of every_session
-- rows:   count
SELECT uniqExactIf(visitor, visitor != 0) FROM one_session
