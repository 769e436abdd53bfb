"""What becomes of cards when union bodies are rearranged."""

from congdoan.foundation.succession.catalogue import declare_succession

declare_succession(
    "cards.Card", "unit", "history", why="đơn vị đã cấp; thẻ vẫn dùng được và dẫn đến công đoàn kế thừa"
)
declare_succession("cards.Card", "person", "person", why="thẻ của chính người đó")
