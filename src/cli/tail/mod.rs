//! `botarium tail`: the stream as plain append-only lines, for pipes, screen readers and logs.
//!
//! It asks the link for what came after the last line it printed, so that nothing is missing and
//! nothing comes twice, whatever happens to the way there.

mod line;
mod wake;

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;

use self::line::Known;
use self::wake::{Wake, Woke};
use super::attach::TokenArg;
use super::exit::Exit;
use super::out::{Ink, Out, pad};
use super::{Globals, door, runtime, setup};
use crate::domain::{Actor, text};
use crate::link::Link;
use crate::protocol::{ActivityQuery, ActivityView, Fault, FaultKind};

/// Rows asked for at once.
const PAGE: u32 = crate::protocol::ask::PAGE_MAX;
/// Columns of the name; a longer one pushes its line to the right.
const NAME_WIDTH: usize = 10;
/// Longest name shown, in characters.
const NAME_MAX: usize = 80;
/// Titles and names kept at most.
const KNOWN_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(9_999);

/// Print the stream as plain lines and go on with what happens
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  botarium tail -n 100 --no-follow
  botarium tail --json | jq 'select(.action_type == \"reply\") | .details.content'")]
pub struct TailArgs {
    /// The port of a society that runs elsewhere, such as http://127.0.0.1:8000
    url: Option<String>,
    #[command(flatten)]
    token: TokenArg,
    /// How many lines of the past come first
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 20)]
    lines: usize,
    /// Stop after the past
    #[arg(long)]
    no_follow: bool,
    /// Only this bot
    #[arg(long, value_name = "ID")]
    bot: Option<String>,
    /// Print posts whole, not their beginning
    #[arg(long, conflicts_with = "json")]
    full: bool,
    /// Print one JSON object per line, shaped as in GET /api/activity
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: TailArgs, out: &Out) -> anyhow::Result<Exit> {
    let config = setup::config(globals)?;
    let (ring, _logs) = setup::quiet_logs(globals)?;
    runtime::block_on(async {
        let (link, wake) = match &args.url {
            Some(url) => {
                let remote = door::remote(url, args.token.secret()).await?;
                let wake = Wake::by_events(remote.subscribe(), remote.last_seq());
                (Link::Remote(remote), wake)
            }
            None => {
                let handle = door::read_only(globals, &config, ring).await?;
                (Link::Local(handle), Wake::by_file(config.home.database()))
            }
        };
        let zone = config.zone();
        let known = Known::new(KNOWN_MAX, zone.clone());
        Tail { globals, link, args, out, known, zone }.run(wake).await?;
        Ok(Exit::Ok)
    })
}

struct Tail<'a> {
    globals: &'a Globals,
    link: Link,
    args: TailArgs,
    out: &'a Out,
    known: Known,
    zone: jiff::tz::TimeZone,
}

impl Tail<'_> {
    async fn run(mut self, mut wake: Wake) -> anyhow::Result<()> {
        // People and the room itself act, too.
        if let Some(bot) = self.args.bot.as_deref().and_then(|id| Actor::of(id).bot()) {
            self.link.bot(bot).await?;
        }
        let mut last = self.begin().await?;
        let mut failed = 0;
        while !self.args.no_follow {
            let more = match self.more(&mut last).await {
                Ok(more) => more,
                Err(error) if self.passes(&error) => {
                    // What broke off is taken up where it broke off.
                    if failed == 0 {
                        self.out.complain(&format!("{error:#}; trying again"));
                    }
                    failed += 1;
                    tokio::time::sleep(Duration::from_secs(1 << failed.min(5))).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            failed = 0;
            if more {
                continue;
            }
            match wake.wait().await {
                Woke::More => {}
                woke @ (Woke::Anew | Woke::Replaced) => {
                    if woke == Woke::Replaced {
                        self.link = door::reading(self.globals).await?;
                    }
                    let said = "another society, or an older copy, answers there now: it begins anew";
                    self.out.complain(said);
                    self.known = Known::new(KNOWN_MAX, self.zone.clone());
                    last = 0;
                    if let Ok(begun) = self.begin().await {
                        last = begun;
                    }
                }
                Woke::End => break,
            }
        }
        Ok(())
    }

    /// Prints the past; answers the last activity there is.
    async fn begin(&mut self) -> anyhow::Result<i64> {
        let past = self.past().await?;
        let mut last = past.last().map(|row| row.id);
        if last.is_none() {
            last = self.page(ActivityQuery { limit: 1, ..self.query() }).await?.first().map(|row| row.id);
        }
        self.print(&past).await?;
        Ok(last.unwrap_or(0))
    }

    /// Prints what came after `last`; whether there may be more at once.
    async fn more(&mut self, last: &mut i64) -> anyhow::Result<bool> {
        let rows = self.page(ActivityQuery { after_seq: Some(*last), ..self.query() }).await?;
        if let Some(row) = rows.last() {
            self.print(&rows).await?;
            *last = row.id;
        }
        Ok(rows.len() == PAGE as usize)
    }

    /// Whether a failure is one of the way there, which passes.
    fn passes(&self, error: &anyhow::Error) -> bool {
        let fault = error.downcast_ref::<Fault>();
        matches!(self.link, Link::Remote(_))
            && fault.is_some_and(|fault| fault.kind == FaultKind::Unavailable)
    }

    fn query(&self) -> ActivityQuery {
        ActivityQuery { limit: PAGE, bot_id: self.args.bot.clone(), ..ActivityQuery::default() }
    }

    async fn page(&self, query: ActivityQuery) -> anyhow::Result<Vec<ActivityView>> {
        Ok(self.link.activity(query).await?)
    }

    /// The newest lines asked for, oldest first.
    async fn past(&self) -> anyhow::Result<Vec<ActivityView>> {
        let mut rows: Vec<ActivityView> = Vec::new();
        while rows.len() < self.args.lines {
            let missing = u32::try_from(self.args.lines - rows.len()).unwrap_or(PAGE).min(PAGE);
            let after = rows.last().map(|row| row.id);
            let mut page = self.page(ActivityQuery { limit: missing, after, ..self.query() }).await?;
            page.truncate(missing as usize); // whoever answers may have sent more
            let is_all = page.len() < missing as usize;
            rows.extend(page);
            if is_all {
                break;
            }
        }
        rows.reverse();
        Ok(rows)
    }

    async fn print(&mut self, rows: &[ActivityView]) -> anyhow::Result<()> {
        for row in rows {
            if !self.args.json {
                self.known.learn(&self.link, row).await?;
            }
        }
        let full = self.args.full;
        let mut posts = Vec::with_capacity(rows.len());
        for row in rows {
            posts.push(if full { line::whole_post(&self.link, row).await? } else { None });
        }
        let mut out = String::new();
        for (row, post) in rows.iter().zip(posts) {
            if self.args.json {
                out.push_str(&text::inert_json(&serde_json::to_string(row)?));
                out.push('\n');
                continue;
            }
            let time = self.out.paint(Ink::Dim, &self.known.time(row.created_at));
            let name = pad(&text::clean_line(&row.bot_name, NAME_MAX), NAME_WIDTH);
            let name = self.out.paint(Ink::Actor(line::shade(&row.bot_id)), &name);
            out.push_str(&format!("{time}  {name}  {}\n", self.known.describe(row, post.is_none())));
            for paragraph in
                post.map(|post| text::clean(&post, usize::MAX)).iter().flat_map(|post| post.lines())
            {
                out.push_str(&format!("    {paragraph}\n"));
            }
        }
        self.out.print(&out)?;
        Ok(())
    }
}
