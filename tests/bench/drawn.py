"""What pictures are given to be measured with: drawn faces, which a detector finds, and lines of writing."""

from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDES = (140, 190, 260, 340)  # px of a face with its hair, in a preview of 2048: a group, and a portrait
LINES = ("EXIT 24", "Harbour Street", "open daily from nine to five", "Gate B 12")
_FINER = 4  # drawn so many times larger, then shrunk: soft edges
_BACK = (90, 110, 140)  # the wall behind a face
_SKIN, _SHADE, _LIGHT, _HAIR = (224, 180, 150), (161, 129, 108), (246, 198, 165), (50, 35, 25)
_WHITE, _PUPIL, _LIPS, _MOUTH = (240, 240, 240), (40, 30, 30), (150, 70, 70), (80, 30, 30)


def with_faces(picture: Image.Image) -> Image.Image:
    """Return a copy with a row of drawn faces on plain walls: as many as `SIDES`, where there is room."""
    made = picture.convert("RGB")
    left, margin = 20, 40
    for side in SIDES:
        if left + side + 2 * margin > made.width or side + 2 * margin > made.height:
            break
        wall = Image.new("RGB", (side + 2 * margin, side + 2 * margin), _BACK)
        wall.paste(drawn_face(side), (margin, margin))
        made.paste(wall, (left, (made.height - wall.height) // 2))
        left += wall.width
    return made


def with_writing(picture: Image.Image) -> Image.Image:
    """Return a copy with `LINES` on white boards down its left side, 32 px high."""
    made = picture.convert("RGB")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(32)
    for number, line in enumerate(LINES):
        top = 40 + 120 * number
        right = int(draw.textlength(line, font=font)) + 80
        draw.rectangle([40, top, right, top + 70], fill=(250, 250, 245))
        draw.text((60, top + 15), line, font=font, fill=(20, 20, 20))
    return made


@cache
def drawn_face(side: int) -> Image.Image:
    """Return a frontal face, `side` px square: light and dark where a detector of gradients looks for them."""
    size = side * _FINER
    image = Image.new("RGB", (size, size), _BACK)
    draw = ImageDraw.Draw(image)

    def ellipse(x: float, y: float, width: float, height: float, colour: tuple[int, int, int]) -> None:
        corners = [(x - width) * size, (y - height) * size, (x + width) * size, (y + height) * size]
        draw.ellipse(corners, fill=colour)

    ellipse(0.5, 0.46, 0.36, 0.44, _HAIR)
    ellipse(0.5, 0.53, 0.30, 0.40, _SKIN)
    for x in (0.385, 0.615):
        ellipse(x, 0.455, 0.075, 0.045, _SHADE)
        ellipse(x, 0.46, 0.055, 0.025, _WHITE)
        ellipse(x, 0.46, 0.025, 0.027, _PUPIL)
        brow = [(x - 0.085) * size, 0.385 * size, (x + 0.085) * size, 0.41 * size]
        draw.rounded_rectangle(brow, radius=size * 0.01, fill=_HAIR)
    nose = [(0.485, 0.45), (0.515, 0.45), (0.55, 0.625), (0.45, 0.625)]
    draw.polygon([(x * size, y * size) for x, y in nose], fill=_LIGHT)
    ellipse(0.5, 0.635, 0.065, 0.022, _SHADE)
    ellipse(0.5, 0.745, 0.115, 0.035, _LIPS)
    mouth = [(0.39 * size, 0.745 * size), (0.61 * size, 0.745 * size)]
    draw.line(mouth, fill=_MOUTH, width=round(size * 0.012))
    ellipse(0.5, 0.80, 0.07, 0.015, _SHADE)
    soft = image.filter(ImageFilter.GaussianBlur(size * 0.008))
    return soft.resize((side, side), Image.Resampling.LANCZOS)
