"""Units of measure and currencies: their spellings, and how they convert into each other."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple


class Unit(NamedTuple):
    """A unit.

    Attributes:
        name: the canonical name.
        dimension: what it measures; units of one dimension convert into each other.
        factor: how many of the dimension's base unit it is.
    """

    name: str
    dimension: str
    factor: Decimal


# name, dimension, factor, spellings in Chinese, spellings in Latin letters and signs.
_TABLE: Final = (
    ("second", "time", "1", "秒钟 秒", "seconds second secs sec s"),
    ("minute", "time", "60", "分钟", "minutes minute mins min"),
    ("hour", "time", "3600", "小时 钟头", "hours hour hrs hr h"),
    ("day", "time", "86400", "自然日 天 日", "calendar_days calendar_day days day"),
    ("week", "time", "604800", "星期 礼拜 周", "weeks week wks wk"),
    ("workday", "workday", "1", "工作日", "business_days business_day workdays workday"),
    ("workday", "workday", "1", "", "working_days working_day"),
    ("night", "night", "1", "晚", "nights night"),
    ("month", "months", "1", "月", "months month"),
    ("quarter", "months", "3", "季度", "quarters"),
    ("year", "months", "12", "年", "years year yrs yr"),
    ("CNY", "CNY", "1", "元人民币 块钱 元钱 人民币 元 块 圆", "yuan RMB CNY ¥"),
    ("jiao", "CNY", "0.1", "毛钱 角 毛", ""),
    ("USD", "USD", "1", "美元 美金 刀", "dollars dollar USD US$ $"),
    ("EUR", "EUR", "1", "欧元", "euros euro EUR €"),
    ("GBP", "GBP", "1", "英镑", "GBP £"),
    ("HKD", "HKD", "1", "港币 港元", "HKD HK$"),
    ("JPY", "JPY", "1", "日元", "yen JPY"),
    ("%", "%", "1", "", "% percent"),
    ("‰", "%", "0.1", "", "‰"),
    ("percentage point", "percentage point", "1", "百分点", "percentage_points percentage_point"),
    ("kg", "mass", "1000", "公斤 千克", "kilograms kilogram kilos kilo kgs kg"),
    ("half kg", "mass", "500", "市斤 斤", "jin"),
    ("g", "mass", "1", "克", "grams gram g"),
    ("mg", "mass", "0.001", "毫克", "mg"),
    ("t", "mass", "1000000", "吨", "tonnes tonne tons ton"),
    ("lb", "lb", "1", "磅", "pounds pound lbs lb"),
    ("oz", "oz", "1", "盎司", "ounces ounce oz"),
    ("km", "length", "1000", "公里 千米", "kilometers kilometres kilometer kilometre km"),
    ("m", "length", "1", "公尺 米", "meters metres meter metre m"),
    ("cm", "length", "0.01", "厘米 公分", "centimeters centimetres cm"),
    ("mm", "length", "0.001", "毫米", "mm"),
    ("half km", "length", "500", "里", ""),
    ("mile", "mile", "1", "英里", "miles mile"),
    ("inch", "inch", "1", "英寸 寸", "inches inch"),
    ("ft", "ft", "1", "英尺", "feet foot ft"),
    ("m²", "m²", "1", "平方米 平米", "m² ㎡ sqm square_meters square_metres"),
    ("mu", "mu", "1", "亩", ""),
    ("l", "volume", "1", "公升 升", "liters litres liter litre l L"),
    ("ml", "volume", "0.001", "毫升", "milliliters millilitres ml"),
    ("KB", "KB", "1", "", "KB"),
    ("MB", "MB", "1", "兆", "MB"),
    ("GB", "GB", "1", "", "gigabytes GB G"),
    ("TB", "TB", "1", "", "TB"),
    ("Mbps", "Mbps", "1", "", "Mbps"),
    ("mAh", "mAh", "1", "毫安时 毫安", "mAh"),
    ("W", "W", "1", "瓦", "watts watt W"),
    ("kW", "W", "1000", "千瓦", "kW"),
    ("kWh", "kWh", "1", "度电 千瓦时", "kWh"),
    ("ms", "time", "0.001", "毫秒", "milliseconds ms"),
    ("kcal", "kcal", "1", "千卡 大卡", "kcal calories"),
    ("mmHg", "mmHg", "1", "毫米汞柱", "mmHg"),
    ("px", "px", "1", "像素", "pixels px"),
    ("dB", "dB", "1", "分贝", "dB"),
    ("credit", "credit", "1", "学分", "credits credit"),
    ("ha", "ha", "1", "公顷", "hectares"),
    ("km²", "km²", "1", "平方公里 平方千米", "km² square_kilometers square_kilometres"),
    ("V", "V", "1", "伏", "volts V"),
    ("Hz", "Hz", "1", "赫兹", "Hz"),
    ("°C", "°C", "1", "摄氏度 度", "℃ °C degrees_Celsius degrees degree"),
    ("°F", "°F", "1", "华氏度", "℉ °F degrees_Fahrenheit"),
    ("discount", "discount", "1", "折", ""),
    ("times", "times", "1", "倍 次 遍 趟", "times x"),
    ("person", "person", "1", "口之家 口人 个人 名 位 人", "people persons person guests guest"),
    ("year old", "year old", "1", "周岁 岁", "years_old year_old years-old year-old"),
    ("point", "point", "1", "积分 分", "points point"),
    ("star", "star", "1", "星级 颗星 星", "stars star"),
    ("floor", "floor", "1", "楼 层", "floors"),
    ("box", "box", "1", "盒", "boxes box"),
    ("bottle", "bottle", "1", "瓶", "bottles bottle"),
    ("case", "case", "1", "箱", ""),
    ("bag", "bag", "1", "袋", "bags bag"),
    ("pack", "pack", "1", "包", "packs pack"),
    ("cup", "cup", "1", "杯", "cups cup"),
    ("tablet", "tablet", "1", "片 粒", "tablets tablet pills pill"),
    ("page", "page", "1", "页", "pages page"),
    ("word", "word", "1", "个字 字", "characters words word"),
)  # fmt: skip

COUNTERS: Final = (
    "个件项款种类份条点只张本台部辆间套双步门节期届句首篇道轮家座栋扇枚颗块根把科组场支班级单集幅笔"
    "勺匙碗盘壶滴团朵棵株匹头艘架列幢床副串捆束堆排段户批局桌席瓣卷枝盏缕罐桶筐锅"
)
"""Chinese measure words that count things without measuring them."""

PREFIXES: Final = (
    "US$",
    "HK$",
    "$",
    "€",
    "£",
    "¥",
    "USD",
    "RMB",
    "CNY",
    "EUR",
    "GBP",
    "HKD",
    "JPY",
    "人民币",
)
"""Spellings of currencies that stand before the amount."""


@cache
def units() -> dict[str, Unit]:
    """Return the units by spelling, the Latin ones in lower case, with single spaces."""
    table: dict[str, Unit] = {}
    for name, dimension, factor, chinese, latin in _TABLE:
        for spelling in f"{chinese} {latin}".split():
            # Of one letter, the case matters: 5g and 5G.
            key = spelling if len(spelling) == 1 else spelling.lower().replace("_", " ")
            table[key] = Unit(name, dimension, Decimal(factor))
    return table


@cache
def units_by_name() -> dict[str, Unit]:
    """Return the units by canonical name."""
    return {unit.name: unit for unit in units().values()}


def spellings() -> tuple[list[str], list[str]]:
    """Return the Chinese and the other spellings, the longest first; a space may be a hyphen."""
    chinese = {spelling for row in _TABLE for spelling in row[3].split()}
    latin = {spelling for row in _TABLE for spelling in row[4].split()}
    return sorted(chinese, key=_by_length), sorted(latin, key=_by_length)


def _by_length(text: str) -> tuple[int, str]:
    return (-len(text), text)
