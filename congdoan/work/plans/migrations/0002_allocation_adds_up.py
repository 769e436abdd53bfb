"""Σ items + reserve = total, and a body's quarters or months add up to its whole: held at commit."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION plans_allocation_adds_up(which bigint) RETURNS void AS $$
DECLARE
    head record;
    given numeric;
    wrong record;
BEGIN
    SELECT id, total, reserve, state INTO head FROM plans_allocation WHERE id = which;
    IF NOT FOUND OR head.state = 'draft' THEN
        RETURN;
    END IF;
    SELECT COALESCE(sum(value), 0) INTO given FROM plans_allocationitem
    WHERE allocation_id = which AND period = '';
    IF given + head.reserve <> head.total THEN
        RAISE EXCEPTION 'allocation % does not add up: % given + % reserve <> % total',
            which, given, head.reserve, head.total USING ERRCODE = 'check_violation',
            CONSTRAINT = 'allocation_adds_up';
    END IF;
    SELECT p.unit_id, sum(p.value) AS parts INTO wrong FROM plans_allocationitem p
    WHERE p.allocation_id = which AND p.period <> ''
    GROUP BY p.unit_id
    HAVING sum(p.value) IS DISTINCT FROM (
        SELECT w.value FROM plans_allocationitem w
        WHERE w.allocation_id = which AND w.unit_id = p.unit_id AND w.period = '')
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'allocation %: periods of unit % do not add up to its whole', which, wrong.unit_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_periods_add_up';
    END IF;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION plans_allocation_changed() RETURNS trigger AS $$
BEGIN
    PERFORM plans_allocation_adds_up(NEW.id);
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION plans_allocationitem_changed() RETURNS trigger AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM plans_allocation_adds_up(OLD.allocation_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM plans_allocation_adds_up(NEW.allocation_id);
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE CONSTRAINT TRIGGER allocation_adds_up
    AFTER INSERT OR UPDATE ON plans_allocation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plans_allocation_changed();
CREATE CONSTRAINT TRIGGER allocation_items_add_up
    AFTER INSERT OR UPDATE OR DELETE ON plans_allocationitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION plans_allocationitem_changed();
"""
BACKWARD = """
DROP TRIGGER allocation_items_add_up ON plans_allocationitem;
DROP TRIGGER allocation_adds_up ON plans_allocation;
DROP FUNCTION plans_allocationitem_changed();
DROP FUNCTION plans_allocation_changed();
DROP FUNCTION plans_allocation_adds_up(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
