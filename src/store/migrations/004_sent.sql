-- Whether the call was sent: what never left the process costs nothing. Of older rows nobody knows.
ALTER TABLE reservations ADD COLUMN sent INTEGER NOT NULL DEFAULT 1;
