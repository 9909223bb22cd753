SELECT region FROM events;
