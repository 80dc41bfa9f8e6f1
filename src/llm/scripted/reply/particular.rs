//! Talking of a particular that somebody has told where nobody argues: an opening that takes no side.

use super::{Reading, fitting};
use crate::domain::scene::FeedThread;
use crate::llm::scripted::bank::{self, Kind, Line};
use crate::llm::scripted::draw::Draw;
use crate::llm::scripted::issues::What;
use crate::llm::scripted::question::{self, Question};
use crate::llm::scripted::stance::read;
use crate::llm::scripted::view::{Post, View};
use crate::llm::scripted::writer::Writer;

/// How often, in per cent, what somebody said to a particular is answered with something else that can be said to it.
const SECOND_VOICE: u32 = 40;
/// How often, in per cent, the question that a particular raises is put after an answer to it.
const ASKS: u32 = 35;

/// The particular that `thread` tells, if it takes no side.
pub(super) fn told(thread: &FeedThread) -> Option<Line> {
    let argues = |what: What| matches!(what, What::Stand(_) | What::Reason(..));
    if read(&thread.content).iter().any(|part| argues(part.what)) {
        return None;
    }
    let mut lines = Vec::new();
    bank::recognise(&thread.content, &mut lines);
    lines.into_iter().find(|line| line.kind == Kind::Say)
}

/// Says something to the particular `told` that the thread is about. Whether there was anything.
pub(super) fn respond(
    writer: &mut Writer<'_, '_>,
    view: &View<'_>,
    post: Post<'_>,
    (told, reading): (Line, &Reading),
    draw: &mut Draw,
) -> bool {
    let asked = Question::last(post.content()).and_then(|question| question.line);
    if let Some(line) = asked {
        return question::answer_line(writer, line, draw)
            || fitting(writer, view, line, draw).is_some_and(|answer| writer.line(answer, draw));
    }
    // What was told is answered by anybody; what was said to it is mostly left standing.
    let answers = reading.lines.last().is_some_and(|line| line.kind != Kind::Say);
    if answers && !draw.chance(SECOND_VOICE) {
        return false;
    }
    let Some(answer) = fitting(writer, view, told, draw) else { return false };
    if !writer.line(answer, draw) {
        return false;
    }
    let asks = |text: &str| super::asks(text);
    let open = asks(&post.thread.content) || post.thread.replies.iter().any(|reply| asks(&reply.content));
    if !open && !writer.out.ends_with('?') && draw.chance(ASKS) {
        let _ = writer.plainly(told.with(Kind::Ask), draw);
    }
    true
}
