//! Threads and replies as people read them.

use rusqlite::{OptionalExtension, Row, ToSql};

use super::columns::{Json, columns};
use super::names::{Names, shown_as};
use super::order::{newest, position};
use super::{Db, Result, fulltext};
use crate::domain::PostKind;
use crate::protocol::{Fault, ReplyView, ThreadQuery, ThreadSort, ThreadSummary, ThreadView};

columns! {
    SUMMARY, stored_summary -> ThreadSummary {
        id = "t.id",
        title = "t.title",
        author_bot_id = "t.author",
        author_name = "b.name" => Option::unwrap_or_default,
        tags = "t.tags" => |Json(tags)| tags,
        created_at = "t.created_at",
        reply_count = "t.reply_count",
        vote_score = "t.upvotes - t.downvotes",
        last_activity_at = "t.last_activity_at",
        pinned = "t.pinned",
    }
}

const SUMMARIES: &str = "threads t LEFT JOIN bots b ON b.id = t.author";

fn summary(row: &Row<'_>) -> rusqlite::Result<ThreadSummary> {
    let stored = stored_summary(row)?;
    Ok(ThreadSummary { author_name: shown_as(&stored.author_bot_id, stored.author_name), ..stored })
}

/// Threads that match, in the order asked for: newest first, highest score first, or last post first.
///
/// Without a text, a tag, an author or a writer the page is read straight from the order's index and costs
/// the same at any depth with `after`. With one of them see [`fulltext`] for what bounds the cost.
///
/// # Errors
/// 404 when `after` is no thread.
pub fn threads(c: &Db, q: &ThreadQuery) -> Result<Vec<ThreadSummary>> {
    let words = q.q.trim();
    let plain = words.is_empty() && q.tag.is_none() && q.writer.is_none();
    if plain && (q.author.is_none() || q.sort == ThreadSort::Newest) {
        return walk(c, q);
    }
    let ids = fulltext::page(c, q)?;
    let mut statement = c.prepare_cached(&format!("SELECT {SUMMARY} FROM {SUMMARIES} WHERE t.id = ?1"))?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(statement.query_row([id], summary).optional()?);
    }
    Ok(found)
}

fn walk(c: &Db, q: &ThreadQuery) -> Result<Vec<ThreadSummary>> {
    let sql = walk_sql(q);
    let mut place = q.after.map(|id| position(c, q.sort, id)).transpose()?;
    let mut skip = q.skip;
    if q.sort == ThreadSort::Newest {
        place = Some(match place {
            Some(place) => place,
            None => newest(c)? + 1,
        });
        if q.author.is_none() {
            place = place.map(|place| pass_over(c, place, i64::from(skip))).transpose()?;
            skip = 0;
        }
    }
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":limit", &q.limit), (":skip", &skip)];
    if let Some(author) = &q.author {
        values.push((":author", author));
    }
    if let Some(place) = &place {
        values.push((":place", place));
    }
    if q.after.is_some() && q.sort != ThreadSort::Newest {
        values.push((":after", &q.after));
    }
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(values.as_slice(), summary)?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The id below which the threads come that follow after `skip` visible ones before `place`.
///
/// No row is ever deleted and ids are given one after the other, so that only the hidden threads among
/// those passed over have to be counted: a deep page costs what the first one costs.
fn pass_over(c: &Db, place: i64, skip: i64) -> Result<i64> {
    let mut hidden =
        c.prepare_cached("SELECT count(*) FROM threads WHERE deleted_at > 0 AND +id >= ?1 AND +id < ?2")?;
    let mut low = place.saturating_sub(skip);
    while low > 0 {
        let count: i64 = hidden.query_row([low, place], |row| row.get(0))?;
        let lower = place.saturating_sub(skip + count);
        if lower == low {
            break;
        }
        low = lower;
    }
    Ok(low)
}

pub(super) fn walk_sql(q: &ThreadQuery) -> String {
    let author = if q.author.is_some() { " AND t.author = :author" } else { "" };
    let (after, order) = match q.sort {
        ThreadSort::Newest => (" AND t.id < :place", "t.id DESC"),
        ThreadSort::Popular => (
            " AND (t.upvotes - t.downvotes) <= :place AND ((t.upvotes - t.downvotes) < :place OR t.id < :after)",
            "(t.upvotes - t.downvotes) DESC, t.id DESC",
        ),
        ThreadSort::Active => (" AND (t.last_seq, t.id) < (:place, :after)", "t.last_seq DESC, t.id DESC"),
    };
    let after = if q.after.is_some() || q.sort == ThreadSort::Newest { after } else { "" };
    format!(
        "SELECT {SUMMARY} FROM {SUMMARIES} WHERE t.deleted_at IS NULL{author}{after} ORDER BY {order} LIMIT :limit OFFSET :skip"
    )
}

columns! {
    THREAD, thread_row -> ThreadView {
        id,
        author_bot_id = "author",
        title,
        content,
        tags => |Json(tags)| tags,
        created_at,
        vote_score = "upvotes - downvotes",
        pinned,
    } with { author_name: String::new(), replies: Vec::new() }
}

columns! {
    REPLY, reply_row -> ReplyView {
        id,
        thread_id,
        author_bot_id = "author",
        content,
        parent_reply_id,
        created_at,
        vote_score = "upvotes - downvotes",
    } with { author_name: String::new() }
}

/// A thread with all its replies, oldest first.
///
/// # Errors
/// 404 when it does not exist or was deleted.
pub fn thread(c: &Db, id: i64) -> Result<ThreadView> {
    let mut names = Names::default();
    let mut view = c
        .prepare_cached(&format!("SELECT {THREAD} FROM threads WHERE id = ?1 AND deleted_at IS NULL"))?
        .query_row([id], thread_row)
        .optional()?
        .ok_or_else(|| Fault::not_found("thread", id))?;
    view.author_name = names.of(c, &view.author_bot_id)?;
    let mut statement = c.prepare_cached(&format!(
        "SELECT {REPLY} FROM replies WHERE thread_id = ?1 AND deleted_at IS NULL ORDER BY id"
    ))?;
    let rows = statement.query_map([id], reply_row)?;
    for row in rows {
        let mut reply = row?;
        reply.author_name = names.of(c, &reply.author_bot_id)?;
        view.replies.push(reply);
    }
    Ok(view)
}

/// One reply.
///
/// # Errors
/// 404 when it does not exist or was deleted.
pub fn reply(c: &Db, id: i64) -> Result<ReplyView> {
    let mut reply = c
        .prepare_cached(&format!("SELECT {REPLY} FROM replies WHERE id = ?1 AND deleted_at IS NULL"))?
        .query_row([id], reply_row)
        .optional()?
        .ok_or_else(|| Fault::not_found(PostKind::Reply, id))?;
    reply.author_name = Names::default().of(c, &reply.author_bot_id)?;
    Ok(reply)
}
