"""Invented names: of people, places, roads, firms. None is meant to be anybody's or anywhere's."""

import random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN_ONE = "伟强磊军洋勇杰涛斌超波辉刚健明亮平飞鹏华静敏丽艳娟霞芳玲红梅雪慧颖琳倩蕾薇岚青宁帆航哲睿轩宇昊晨曦瑶琪"
_GIVEN_FIRST = "海建志文国晓立春秋永新玉家德振宏少成思雨子若景明光世庆东学正云"
_GIVEN_SECOND = "平军峰宇林华明杰东辉生良波兵民山涛梅英兰芬萍燕琴洁莉娜婷然轩涵菲怡佳宁航远安康瑞泽"

_PLACE_FIRST = "云龙凤石青白红东西南北新古长永安兴福玉金银清柳松桃梨杏莲槐榆"
_PLACE_SECOND = "河湾山岭桥屯庄塘泉岗沟坡洼店集寨堡滩浦溪"
_ROAD_FIRST = "望海滨港湾潮帆锚渔盐星光和平振兴建设文化学府科创丰泽顺达同心长宁永康锦绣迎宾朝阳"
ROAD_KINDS = ("路", "街", "大街", "大道", "巷")

_FIRM_FIRST = "海恒瑞鼎泰华正宏远锦盛隆昌德信诚嘉凯启晟博宇联众万通达丰润安平星辰蓝帆云澜"
FIRM_TRADES = (
    "海洋装备",
    "精密铸造",
    "化工",
    "物流",
    "冷链食品",
    "水产加工",
    "新材料",
    "电缆",
    "纺织服装",
    "机械制造",
    "汽车零部件",
    "生物医药",
    "建材",
    "包装印务",
    "电子科技",
    "船舶修造",
    "商贸",
    "仓储",
    "环保设备",
    "建筑安装",
    "橡胶制品",
    "葡萄酒业",
    "家居用品",
    "光伏能源",
)
PROJECT_WORKS = (
    "年产三万吨特种材料项目",
    "智能装备产业园一期",
    "深水泊位改扩建工程",
    "跨海通道连接线工程",
    "冷链物流中心项目",
    "海上风电运维基地",
    "高端化工新材料项目",
    "生物医药中试基地",
    "数字产业园二期",
    "综合客运枢纽工程",
    "城市更新片区项目",
    "污水处理厂提标工程",
    "职业教育实训基地",
    "文旅码头改造项目",
    "新能源电池壳体项目",
    "海水淡化二期工程",
)
CHAMBER_TRADES = (
    "渔业",
    "船舶",
    "物流",
    "餐饮",
    "建材",
    "纺织",
    "电子商务",
    "旅游",
    "医药",
    "机械",
    "化工",
    "酒业",
    "家居",
    "汽车",
    "印刷",
    "水产",
    "装饰",
    "青年企业家",
)
PARK_KINDS = ("化工产业园", "保税物流园", "装备制造产业园", "高新技术产业园", "海洋食品产业园", "电商产业园")


def person(rng: random.Random) -> str:
    """A name of two or three characters."""
    family = rng.choice(SURNAMES)
    if rng.random() < 0.28:
        return family + rng.choice(_GIVEN_ONE)
    return family + rng.choice(_GIVEN_FIRST) + rng.choice(_GIVEN_SECOND)


def places(rng: random.Random) -> list[str]:
    """Six hundred place names of two characters in a random order, each once."""
    names = [a + b for a in _PLACE_FIRST for b in _PLACE_SECOND]
    rng.shuffle(names)
    return names


def road(rng: random.Random) -> str:
    """A road."""
    i = rng.randrange(len(_ROAD_FIRST) - 1)
    return _ROAD_FIRST[i : i + 2] + rng.choice(ROAD_KINDS)


def firm(rng: random.Random) -> str:
    """The distinguishing part of a firm's name with its trade."""
    a, b = rng.sample(_FIRM_FIRST, 2)
    return a + b + rng.choice(FIRM_TRADES)
