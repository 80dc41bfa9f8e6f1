//! Where a frame holds an address or a thread's number, and what a terminal that knows OSC 8 makes of it when it is clicked.
//!
//! A link leads nowhere but to the address that is read: nothing a bot writes can show one and mean another.

use ratatui::buffer::Buffer;

/// Whether links are told to the terminal, and where this room's threads are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The switch (`ui.links`).
    pub on: bool,
    /// Address of the room's port, where it is reached by one: `#12` leads to the thread there.
    pub room: Option<String>,
}

/// A link on a line of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The line.
    pub y: u16,
    /// Its first cell.
    pub from: u16,
    /// The cell after its last.
    pub to: u16,
    /// Where it leads.
    pub address: String,
}

/// Longest address, in cells: it has to stand on one line.
const ADDRESS_MAX: usize = 300;
/// Most digits of a thread's number.
const DIGITS_MAX: usize = 12;

impl Links {
    /// The links on a line of a frame.
    #[must_use]
    pub fn on_line(&self, buf: &Buffer, y: u16) -> Vec<Span> {
        if !self.on {
            return Vec::new();
        }
        let area = buf.area;
        let cells: Vec<u8> = (area.x..area.right())
            .map(|x| match buf[(x, y)].symbol().as_bytes() {
                [one] => *one,
                _ => 0, // no part of an address: those are written in ASCII
            })
            .collect();
        let mut spans = Vec::new();
        let mut at = 0;
        while at < cells.len() {
            let found = address(&cells, at).or_else(|| self.thread(&cells, at));
            match found {
                Some((end, address)) => {
                    let cell = |at: usize| area.x + u16::try_from(at).unwrap_or(u16::MAX);
                    spans.push(Span { y, from: cell(at), to: cell(end), address });
                    at = end;
                }
                None => at += 1,
            }
        }
        spans
    }

    /// `#12`, a thread of this room.
    fn thread(&self, cells: &[u8], at: usize) -> Option<(usize, String)> {
        let room = self.room.as_deref()?;
        let begins = cells[at] == b'#' && (at == 0 || !cells[at - 1].is_ascii_alphanumeric());
        let digits = cells[at + 1..].iter().take_while(|cell| cell.is_ascii_digit()).count();
        let end = at + 1 + digits;
        let ends = cells.get(end).is_none_or(|cell| !cell.is_ascii_alphanumeric());
        if !(begins && ends && (1..=DIGITS_MAX).contains(&digits)) {
            return None;
        }
        let id = std::str::from_utf8(&cells[at + 1..end]).ok()?;
        Some((end, format!("{}/api/threads/{id}", room.trim_end_matches('/'))))
    }
}

/// An address that begins here and is whole: one that is cut or goes on in the next line would lead elsewhere.
fn address(cells: &[u8], at: usize) -> Option<(usize, String)> {
    let rest = &cells[at..];
    if !(rest.starts_with(b"https://") || rest.starts_with(b"http://")) {
        return None;
    }
    let taken = |cell: &&u8| cell.is_ascii_graphic() && !b"\"'<>[]{}|\\^`".contains(cell);
    let mut length = rest.iter().take_while(taken).count();
    // Behind it there has to be a blank: a border or `…` may stand where the rest of it was.
    if length > ADDRESS_MAX || rest.get(length).is_none_or(|cell| *cell == 0) {
        return None;
    }
    while length > 0 && b".,;:!?)(".contains(&rest[length - 1]) {
        length -= 1;
    }
    let said = std::str::from_utf8(&rest[..length]).ok()?;
    let host = said.split_once("://")?.1;
    (!host.is_empty()).then(|| (at + length, said.to_owned()))
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn links(line: &str, room: Option<&str>) -> Vec<(String, String)> {
        let area = Rect::new(2, 0, 60, 1);
        let mut buf = Buffer::empty(area);
        buf.set_string(2, 0, line, Style::new());
        let links = Links { on: true, room: room.map(str::to_owned) };
        let text = |span: &Span| (span.from..span.to).map(|x| buf[(x, 0)].symbol().to_owned()).collect();
        links.on_line(&buf, 0).iter().map(|span| (text(span), span.address.clone())).collect()
    }

    #[test]
    fn an_address_leads_to_what_is_read() {
        let here = "https://en.wikipedia.org/wiki/Tide";
        assert_eq!(links(&format!("see {here}, or not "), None), [(here.into(), here.into())]);
        for cut in ["https://example.org/lo…", "https:// ", "│https://example.org/half│", "xhttp:/ /a "]
        {
            assert_eq!(links(cut, None), [], "{cut}");
        }
    }

    #[test]
    fn a_number_of_a_thread_leads_to_the_room() {
        let there = links("replied in #12 On doors, a#3 #x #4", Some("http://127.0.0.1:8000/"));
        let to = |id: &str| format!("http://127.0.0.1:8000/api/threads/{id}");
        assert_eq!(there, [("#12".into(), to("12")), ("#4".into(), to("4"))]);
        assert_eq!(links("replied in #12", None), []);
    }
}
