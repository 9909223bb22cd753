create table if not exists c.d.events (a INT);
