"""Closed minutes stand as they are, whoever writes: the meeting, its agenda and attendance, and of its conclusions
the words, the owner and the day."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION briefings_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'closed minutes are never changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION briefings_refuse_when_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM briefings_briefing WHERE id = NEW.briefing_id AND state = 'closed'
    ) OR TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM briefings_briefing WHERE id = OLD.briefing_id AND state = 'closed'
    ) THEN
        RAISE EXCEPTION 'closed minutes are never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

CREATE TRIGGER briefings_frozen BEFORE UPDATE OR DELETE ON briefings_briefing
    FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION briefings_refuse_frozen();
CREATE TRIGGER briefings_agenda_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_agendaitem
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_when_closed();
CREATE TRIGGER briefings_attendance_frozen BEFORE INSERT OR UPDATE OR DELETE ON briefings_attendance
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_when_closed();
CREATE TRIGGER briefings_conclusion_kept BEFORE INSERT OR DELETE ON briefings_conclusion
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_when_closed();
CREATE TRIGGER briefings_conclusion_frozen BEFORE UPDATE ON briefings_conclusion
    FOR EACH ROW WHEN (
        (OLD.briefing_id, OLD.position, OLD.text, OLD.owner_unit_id, OLD.owner_user_id, OLD.due_on, OLD.carried_from_id)
        IS DISTINCT FROM
        (NEW.briefing_id, NEW.position, NEW.text, NEW.owner_unit_id, NEW.owner_user_id, NEW.due_on, NEW.carried_from_id)
    ) EXECUTE FUNCTION briefings_refuse_when_closed();
CREATE TRIGGER briefings_addendum_frozen BEFORE UPDATE OR DELETE ON briefings_addendum
    FOR EACH ROW EXECUTE FUNCTION briefings_refuse_frozen();
"""

BACKWARD = """
DROP TRIGGER briefings_addendum_frozen ON briefings_addendum;
DROP TRIGGER briefings_conclusion_frozen ON briefings_conclusion;
DROP TRIGGER briefings_conclusion_kept ON briefings_conclusion;
DROP TRIGGER briefings_attendance_frozen ON briefings_attendance;
DROP TRIGGER briefings_agenda_frozen ON briefings_agendaitem;
DROP TRIGGER briefings_frozen ON briefings_briefing;
DROP FUNCTION briefings_refuse_when_closed();
DROP FUNCTION briefings_refuse_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("briefings", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
