-- The time of the database: every default and query that decides or stores a time takes it from here. It is now(), the start of
-- the transaction. Tests replace the function in their own database; nothing in the application does.
CREATE FUNCTION "kluis_now"() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT now()';
