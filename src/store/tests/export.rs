use serde_json::{Value, json};

use super::super::thoughts::{self, ThoughtRecord};
use super::super::{export, journal, lens};
use super::{Room, lens, stamp};
use crate::protocol::{ExportFormat, ExportKind, ExportOptions};

fn text(room: &Room, kind: ExportKind, format: ExportFormat, days: Option<u32>) -> String {
    let mut out = Vec::new();
    let rows = export::run(room, &lens(), kind, ExportOptions::by_id(format, days), |piece| {
        out.extend_from_slice(piece);
        Ok(())
    })
    .unwrap();
    let out = String::from_utf8(out).unwrap();
    if format == ExportFormat::Jsonl {
        assert_eq!(rows as usize, out.lines().count());
    }
    out
}

fn room() -> Room {
    let room = Room::new();
    room.bot("ada_001", "=Ada");
    room.thread(1, "ada_001", "=1+2", "a \"quoted\"\nline, and a comma", 3, 1);
    room.thread(2, "ada_001", "Plain", "text", 0, 2);
    room.tag(1, "tides");
    room.tag(1, "moon");
    room.put("UPDATE threads SET created_at = ?1 WHERE id = 2", [stamp("2026-03-10T00:00:00Z").micros()]);
    room.act(1, "ada_001", "reply", stamp("2026-03-09T23:59:59Z"));
    room.act(2, "ada_001", "vote", stamp("2026-03-10T00:00:00Z"));
    room
}

#[test]
fn a_cost_is_simulated_by_the_kind_of_the_provider() {
    let room = Room::new();
    room.put("INSERT INTO meta (key, value) VALUES ('simulated_cost', 'as if')", []);
    room.charged("a", "2026-03-10", "calm", 10, 5, false);
    room.charged("a", "2026-03-10", "scripted", 10, 5, true);
    let lines = text(&room, ExportKind::Usage, ExportFormat::Jsonl, None);
    let simulated = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        (row["provider"].as_str().unwrap().to_owned(), row["cost_simulated"] == json!(true))
    };
    let told: Vec<_> = lines.lines().map(simulated).collect();
    assert_eq!(told, [("calm".to_owned(), true), ("scripted".to_owned(), false)]);
}

#[test]
fn csv_is_quoted_and_inert_with_the_columns_of_the_contract() {
    let room = room();
    let csv = text(&room, ExportKind::Threads, ExportFormat::Csv, None);
    assert_eq!(
        csv,
        "id,author_bot_id,title,content,tags,reply_count,vote_score,created_at\r\n\
         1,ada_001,'=1+2,\"a \"\"quoted\"\"\nline, and a comma\",\"tides,moon\",0,3,1970-01-01T00:00:01.000000Z\r\n\
         2,ada_001,Plain,text,,0,0,2026-03-10T00:00:00.000000Z\r\n"
    );
    let bots = text(&room, ExportKind::Bots, ExportFormat::Csv, None);
    assert!(bots.starts_with(
        "id,name,source,reputation_score,upvotes_received,downvotes_received,thread_count,reply_count,created_at"
    ));
    assert!(bots.contains("\nada_001,'=Ada,yaml,0,"));
    let activity = text(&room, ExportKind::Activity, ExportFormat::Csv, None);
    assert!(activity.starts_with("id,bot_id,action_type,tokens_used,created_at"));
    for (cell, safe) in [("-1", "'-1"), ("+x", "'+x"), ("@x", "'@x"), ("\tx", "'    x"), ("a=b", "a=b")] {
        room.put("UPDATE threads SET title = ?1 WHERE id = 2", [cell]);
        let csv = text(&room, ExportKind::Threads, ExportFormat::Csv, None);
        assert!(csv.contains(&format!(",{safe},text,")), "{csv}");
    }
    // A number is a number, also below zero.
    room.put("UPDATE threads SET upvotes = 0, downvotes = 3 WHERE id = 2", []);
    assert!(text(&room, ExportKind::Threads, ExportFormat::Csv, None).contains(",0,-3,"));
}

#[test]
fn json_and_lines_hold_the_same_rows() {
    let room = room();
    for kind in [ExportKind::Threads, ExportKind::Activity, ExportKind::Bots] {
        let array: Vec<Value> = serde_json::from_str(&text(&room, kind, ExportFormat::Json, None)).unwrap();
        let lines: Vec<Value> = text(&room, kind, ExportFormat::Jsonl, None)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(array, lines);
        assert!(!array.is_empty());
    }
    let threads: Vec<Value> =
        serde_json::from_str(&text(&room, ExportKind::Threads, ExportFormat::Json, None)).unwrap();
    assert_eq!(threads[0]["tags"], serde_json::json!(["tides", "moon"]));
    assert_eq!(threads[0]["title"], "=1+2");
    assert_eq!(text(&Room::new(), ExportKind::Votes, ExportFormat::Json, None), "[]\n");
}

#[test]
fn days_count_from_the_rooms_today() {
    let room = room();
    let lines = |days| text(&room, ExportKind::Activity, ExportFormat::Jsonl, Some(days)).lines().count();
    assert_eq!((lines(1), lines(2)), (1, 2));
    for (number, at) in [(1, "2026-03-09T23:59:59Z"), (2, "2026-03-10T00:00:00Z")] {
        journal::append(&room, number, stamp(at), 0, &json!({"closed": {}})).unwrap();
    }
    let entries = |days| text(&room, ExportKind::Journal, ExportFormat::Jsonl, Some(days)).lines().count();
    assert_eq!((entries(1), entries(2)), (1, 2));
    room.used("ada_001", "2026-03-10", "ollama", 5, 1_500_000_000);
    room.used("ada_001", "2026-03-01", "ollama", 5, 0);
    let usage = text(&room, ExportKind::Usage, ExportFormat::Jsonl, Some(3));
    let row: Value = serde_json::from_str(usage.trim()).unwrap();
    assert_eq!(
        (&row["cost_usd"], &row["priced"], &row["date"]),
        (&1.5.into(), &true.into(), &"2026-03-10".into())
    );
}

#[test]
fn every_kind_comes_out_in_every_format() {
    let room = room();
    room.reply(1, 1, "ada_001", "r");
    room.put("INSERT INTO votes VALUES (1, 'human:kim', 'thread', 1, -1, 5)", []);
    room.put("INSERT INTO follows VALUES ('a', 'b', 5)", []);
    room.used("ada_001", "2026-03-10", "ollama", 5, 1);
    room.put(
        "INSERT INTO memories (bot_id, kind, text, pinned, created_at, updated_at) VALUES ('ada_001', 4, 'm', 1, 1, 1)",
        [],
    );
    let record = ThoughtRecord { model: "m1".into(), ..ThoughtRecord::default() };
    thoughts::put(&room, 2, &record.pack().unwrap(), 9).unwrap();
    let opened = json!({"opened": {"room": {"seed": 7, "secret": "open sesame"}}});
    journal::append(&room, 1, stamp("2026-03-10T00:00:00Z"), 0, &opened).unwrap();
    let said = json!({"answered": {"flight": 1, "text": "x".repeat(400)}});
    journal::append(&room, 2, stamp("2026-03-10T00:00:00Z"), 1, &said).unwrap();
    for kind in [
        ExportKind::Threads,
        ExportKind::Replies,
        ExportKind::Votes,
        ExportKind::Follows,
        ExportKind::Activity,
        ExportKind::Bots,
        ExportKind::Memories,
        ExportKind::Usage,
        ExportKind::Thoughts,
        ExportKind::Journal,
    ] {
        let rows: Vec<Value> =
            serde_json::from_str(&text(&room, kind, ExportFormat::Json, Some(30_000))).unwrap();
        assert!(!rows.is_empty(), "{kind:?}");
        assert_eq!(text(&room, kind, ExportFormat::Jsonl, Some(30_000)).lines().count(), rows.len());
        let csv = text(&room, kind, ExportFormat::Csv, Some(30_000));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let width = rows[0].as_object().unwrap().len();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!((records.len(), records[0].len()), (rows.len(), width), "{kind:?}");
        // Of a day on which nothing was made bots alone come, and whole.
        let later = lens::Lens { now: stamp("2027-03-10T12:00:00Z"), ..lens() };
        let one_day = ExportOptions::by_id(ExportFormat::Jsonl, Some(1));
        let made = export::run(&room, &later, kind, one_day, |_| Ok(())).unwrap();
        assert_eq!(made > 0, kind == ExportKind::Bots, "{kind:?}");
    }
    let thoughts: Vec<Value> =
        serde_json::from_str(&text(&room, ExportKind::Thoughts, ExportFormat::Json, None)).unwrap();
    assert_eq!(thoughts[0]["record"]["model"], "m1");
    // The journal to the letter, but for the room's secret.
    let journal = text(&room, ExportKind::Journal, ExportFormat::Json, None);
    let entries: Vec<Value> = serde_json::from_str(&journal).unwrap();
    assert_eq!((&entries[1]["number"], &entries[1]["input"]), (&2.into(), &said));
    assert!(entries[0]["input"]["opened"]["room"]["seed"] == 7 && !journal.contains("sesame"), "{journal}");
    let memories: Vec<Value> =
        serde_json::from_str(&text(&room, ExportKind::Memories, ExportFormat::Json, None)).unwrap();
    assert_eq!((&memories[0]["kind"], &memories[0]["pinned"]), (&"moment".into(), &true.into()));
}

#[test]
fn large_exports_come_in_pieces_and_a_full_pipe_stops_them() {
    let room = room();
    for id in 10..2_000 {
        room.act(id, "ada_001", "reply", stamp("2026-03-10T00:00:00Z"));
    }
    let mut pieces = Vec::new();
    let rows = export::from_file(
        &room.path(),
        &lens(),
        ExportKind::Activity,
        ExportOptions::by_id(ExportFormat::Jsonl, None),
        |piece| {
            pieces.push(piece.len());
            Ok(())
        },
    )
    .unwrap();
    assert_eq!(rows, 1_992);
    assert!(pieces.len() > 2 && pieces.iter().all(|size| *size < 128 * 1024), "{pieces:?}");
    let broken = export::run(
        &room,
        &lens(),
        ExportKind::Activity,
        ExportOptions::by_id(ExportFormat::Csv, None),
        |_| Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe)),
    );
    assert!(broken.unwrap_err().to_string().contains("cannot write the export"));
}
