"""The child process that runs pocketsphinx: sound on standard input, words as JSON lines on standard output.

pocketsphinx holds Python's lock while it decodes (3.3 s in one go for 11 s of speech), which would stop a web
server's or a worker's other threads; so it has a process of its own. A request is a little-endian uint32 with the
number of bytes, and that many bytes of 16 kHz mono int16 samples; the answer is one line, a JSON list of
`[word, first_frame, last_frame, probability]`. The child ends when its input ends.
"""

import json
import struct
import sys
from typing import BinaryIO

# Wider than the defaults (1e-48, 7e-29, 1e-48, 30000): twice the time, and the words of a speech in an echoing place
# no longer hang on where exactly the sound was cut.
BEAMS = {"beam": 1e-60, "wbeam": 1e-40, "pbeam": 1e-60, "maxhmmpf": 60000}


def main(requests: BinaryIO, answers: BinaryIO) -> int:
    """Answer requests until the input ends; returns the exit status."""
    from pocketsphinx import Decoder

    decoder = Decoder(loglevel="FATAL", cmn="batch", **BEAMS)
    while len(head := requests.read(4)) == 4:
        (size,) = struct.unpack("<I", head)
        sound = requests.read(size)
        if len(sound) < size:
            return 1
        # What it keeps of earlier sound (feature statistics) moves words of the next: the same file must give the
        # same clips, whatever was heard before it.
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
        words = [[part.word, part.start_frame, part.end_frame, part.prob] for part in decoder.seg() or ()]
        answers.write(json.dumps(words).encode() + b"\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.stdin.buffer, sys.stdout.buffer))
