-- A record may be compressed against an earlier one of the same bot, which says most of the same.
ALTER TABLE thoughts ADD COLUMN base INTEGER; -- activity_id of that one; NULL: compressed alone
