//! The emulator's side of a conversation: what it is asked, and what keys send.

/// What a dark terminal says of its background, and a light one.
pub const DARK: &[u8] = b"\x1b]11;rgb:1010/1010/1010\x1b\\";
pub const LIGHT: &[u8] = b"\x1b]11;rgb:fdfd/f6f6/e3e3\x07";

/// What a terminal is asked beside being drawn on.
#[derive(Default)]
pub struct Asked {
    /// What is to be answered.
    pub answers: Vec<u8>,
    /// Questions are left open: it is one of the terminals that never say.
    pub mute: bool,
    /// How often it was asked for its background.
    pub questions: usize,
    /// Clipboard, titles after the first, and whatever the emulator does not know.
    pub strange: Vec<String>,
    pub copied: Vec<String>,
}

impl vt100::Callbacks for Asked {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.copied.push(String::from_utf8_lossy(data).into_owned());
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        if title != b"botarium" {
            self.strange.push(format!("title {:?}", String::from_utf8_lossy(title)));
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        match params {
            [b"11", b"?"] => {
                self.questions += 1;
                if !self.mute {
                    self.answers.extend(DARK);
                }
            }
            // A link, and its end.
            [b"8", ..] => {}
            other => self.strange.push(format!("OSC {other:?}")),
        }
    }

    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        i1: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        match (i1, params, c) {
            // Line wrap, and synchronized updates.
            (Some(b'?'), [[7 | 2026 | 1003 | 1015]], 'h' | 'l') => {}
            // Keys told apart, and as they were.
            (Some(b'>' | b'<'), [[1]], 'u') => {}
            // The colour of underlines, as it was.
            (None, [[59]], 'm') => {}
            other => self.strange.push(format!("CSI {other:?}")),
        }
    }

    fn unhandled_escape(&mut self, _: &mut vt100::Screen, i1: Option<u8>, _: Option<u8>, b: u8) {
        // The end of a string sequence (ST).
        if (i1, b) != (None, b'\\') {
            self.strange.push(format!("ESC {i1:?} {b}"));
        }
    }

    fn unhandled_control(&mut self, _: &mut vt100::Screen, b: u8) {
        self.strange.push(format!("control {b}"));
    }

    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.strange.push("bell".into());
    }
}

/// What a key sends.
pub fn code(key: &str) -> Vec<u8> {
    let code = match key {
        "enter" => "\r",
        "esc" => "\x1b",
        "tab" => "\t",
        "shift+tab" => "\x1b[Z",
        "space" => " ",
        "backspace" => "\x7f",
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "right" => "\x1b[C",
        "left" => "\x1b[D",
        "home" => "\x1b[H",
        "end" => "\x1b[F",
        "pageup" => "\x1b[5~",
        "pagedown" => "\x1b[6~",
        "delete" => "\x1b[3~",
        _ => {
            if let Some(letter) = key.strip_prefix("ctrl+") {
                return vec![letter.as_bytes()[0] & 0x1f];
            }
            if let Some(letter) = key.strip_prefix("alt+") {
                return [b"\x1b", letter.as_bytes()].concat();
            }
            key
        }
    };
    code.into()
}
