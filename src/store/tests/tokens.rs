use super::super::{backup, tokens};
use super::Room;
use crate::domain::Stamp;

#[test]
fn a_token_is_found_by_its_text_until_it_is_revoked() {
    let room = Room::new();
    assert!(!tokens::any(&room).unwrap());
    let (made, text) = tokens::new(&room, "my laptop", "viewer", Stamp::from_micros(5)).unwrap();
    let (other, _) = tokens::new(&room, "ci", "operator", Stamp::from_micros(6)).unwrap();
    assert!(text.expose().starts_with("btr_") && text.expose().len() == 68);
    assert_eq!(tokens::find(&room, text.expose()).unwrap().unwrap(), made);
    assert_eq!(tokens::find(&room, "btr_00").unwrap(), None);
    assert_eq!(tokens::list(&room).unwrap(), [made.clone(), other]);
    // The text itself is nowhere in the file.
    room.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let bytes = std::fs::read(room.path()).unwrap();
    assert!(!bytes.windows(20).any(|window| window == &text.expose().as_bytes()[4..24]));
    let revoked = tokens::revoke(&room, made.id, Stamp::from_micros(9)).unwrap();
    assert_eq!(revoked.revoked_at, Some(Stamp::from_micros(9)));
    assert_eq!(tokens::revoke(&room, made.id, Stamp::from_micros(10)).unwrap(), revoked);
    assert_eq!(tokens::find(&room, text.expose()).unwrap(), None);
    assert!(tokens::any(&room).unwrap());
    assert!(tokens::revoke(&room, 99, Stamp::default()).is_err());
    assert!(
        tokens::new(&room, "x", "admin", Stamp::default())
            .unwrap_err()
            .to_string()
            .contains("viewer or operator")
    );
}

#[test]
fn a_backup_is_whole_and_never_overwrites() {
    let room = Room::new();
    room.bot("a", "Ada");
    room.thread(1, "a", "Tides", "moon", 0, 1);
    let to = room.dir.path().join("copy.db");
    let size = backup::backup(&room.path(), &to, false).unwrap();
    assert_eq!(std::fs::metadata(&to).unwrap().len(), size);
    let copy = rusqlite::Connection::open(&to).unwrap();
    let found: i64 = copy
        .query_row("SELECT rowid FROM posts_fts WHERE posts_fts MATCH 'tides'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, 2);
    drop(copy);
    std::fs::write(&to, "precious").unwrap();
    assert!(backup::backup(&room.path(), &to, false).unwrap_err().to_string().contains("copy.db"));
    assert_eq!(std::fs::read(&to).unwrap(), b"precious");
    // A copy that cannot be made leaves nothing behind.
    let nowhere = room.dir.path().join("other.db");
    assert!(backup::backup(&room.dir.path().join("none.db"), &nowhere, false).is_err());
    assert!(!nowhere.exists());
    assert!(
        std::fs::read_dir(room.dir.path()).unwrap().all(|f| !f
            .unwrap()
            .path()
            .to_string_lossy()
            .contains("part"))
    );
}
