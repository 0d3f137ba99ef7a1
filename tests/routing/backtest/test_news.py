from app.routing.backtest.news import News


def test_the_same_news_is_held_back_within_its_window_for_each_channel_apart() -> None:
    news = News()
    assert news.is_new("qa", "a", 0, 10)
    assert not news.is_new("qa", "a", 9, 10)
    assert news.is_new("platform", "a", 9, 10)
    assert news.is_new("qa", "b", 9, 10)
    assert news.is_new("qa", "a", 10, 10)  # over: and what was held back has not made it longer
    assert not news.is_new("qa", "a", 19, 10)


def test_what_is_over_is_forgotten() -> None:
    news = News()
    assert all(news.is_new("qa", str(at), at, 100) for at in range(50_000))
    assert len(news._until) <= 10_000
    assert not news.is_new("qa", "49950", 49_999, 100)  # and nothing else is


def test_many_that_are_not_over_are_all_kept() -> None:
    news = News()
    assert all(news.is_new("qa", str(number), 0, 100) for number in range(30_000))
    assert not any(news.is_new("qa", str(number), 99, 100) for number in range(30_000))
