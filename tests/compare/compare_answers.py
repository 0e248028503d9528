"""Pairs of typical answers, by which the similarity threshold was chosen."""

REWORDED = (
    (
        "我是chatchat,一个虚拟的学术助手。我可以帮助你研究各种主题,并提供结构化的文章或论文。",
        "我是chatchat，你的虚拟学术助手，可以帮你研究各种主题，写出结构清晰的文章或论文。",
    ),
    (
        "我们的营业时间是周一至周五上午9点到下午6点。",
        "营业时间为周一到周五，9:00 至 18:00。",
    ),
    (
        "您可以在收到商品后7天内申请退货，商品需保持完好。",
        "收到货之后的七天之内都可以退，前提是商品完好无损。",
    ),
    (
        "杭州明天多云，最高气温26度，最低18度，适合出行。",
        "明天杭州天气多云，气温18到26度，很适合出门。",
    ),
    (
        "请先登录账号，然后在“我的订单”里点击“申请退款”。",
        "登录之后打开“我的订单”，点“申请退款”就可以了。",
    ),
    (
        "抱歉，我无法提供医疗建议，请咨询专业医生。",
        "很抱歉，医疗方面的建议我不能给，建议您去问专业的医生。",
    ),
    (
        "故宫位于北京市中心，是明清两代的皇家宫殿，现为故宫博物院。",
        "故宫在北京市的中心，曾是明朝和清朝的皇宫，如今是故宫博物院。",
    ),
    (
        "I am chatchat, a virtual academic assistant. I can help you research a topic "
        "and turn it into a structured article or paper.",
        "I'm chatchat, your virtual academic assistant: I help you research topics and "
        "write structured articles or papers.",
    ),
    (
        "Our store is open from 9 am to 6 pm, Monday to Friday.",
        "We are open Monday through Friday, 9 am until 6 pm.",
    ),
    (
        "You can return the item within 7 days of delivery as long as it is unused.",
        "Items can be returned within seven days after delivery if they have not been used.",
    ),
    (
        "The capital of France is Paris.",
        "Paris is the capital of France.",
    ),
    (
        "Sorry, I can't give medical advice. Please ask a doctor.",
        "I'm sorry, but I cannot provide medical advice; please consult a doctor.",
    ),
    (
        "To reset your password, open Settings, choose Security and click Reset password.",
        "Open Settings, go to Security, then click “Reset password” to reset it.",
    ),
    (
        "It will be cloudy in Hangzhou tomorrow, with a high of 26 and a low of 18 degrees.",
        "Tomorrow Hangzhou will be cloudy, between 18 and 26 degrees.",
    ),
    (
        "量子计算利用量子叠加和纠缠来并行处理信息，在某些问题上远快于经典计算机。",
        "量子计算借助叠加与纠缠并行地处理信息，对某些问题比经典计算机快得多。",
    ),
)

DIFFERENT = (
    (
        "我是chatchat,一个虚拟的学术助手。我可以帮助你研究各种主题,并提供结构化的文章或论文。",
        "我是ChatGPT，由OpenAI训练的大型语言模型，可以回答各种问题。",
    ),
    (
        "我们的营业时间是周一至周五上午9点到下午6点。",
        "抱歉，我不知道营业时间，请致电门店咨询。",
    ),
    (
        "您可以在收到商品后7天内申请退货，商品需保持完好。",
        "本店商品一经售出，概不退换，敬请谅解。",
    ),
    (
        "杭州明天多云，最高气温26度，最低18度，适合出行。",
        "对不起，我无法查询实时天气信息。",
    ),
    (
        "请先登录账号，然后在“我的订单”里点击“申请退款”。",
        "请联系人工客服，电话400-123-4567，工作日9点到18点。",
    ),
    (
        "故宫位于北京市中心，是明清两代的皇家宫殿，现为故宫博物院。",
        "颐和园位于北京西郊，是清代的皇家园林，以昆明湖和万寿山闻名。",
    ),
    (
        "量子计算利用量子叠加和纠缠来并行处理信息，在某些问题上远快于经典计算机。",
        "机器学习让计算机从数据中学习规律，从而对新数据作出预测。",
    ),
    (
        "I am chatchat, a virtual academic assistant. I can help you research a topic "
        "and turn it into a structured article or paper.",
        "As a large language model I can answer questions, write code and translate texts for you.",
    ),
    (
        "Our store is open from 9 am to 6 pm, Monday to Friday.",
        "I do not have information about the opening hours of the store.",
    ),
    (
        "You can return the item within 7 days of delivery as long as it is unused.",
        "All sales are final and the items can not be returned or exchanged.",
    ),
    (
        "The capital of France is Paris.",
        "I'm not sure, could you rephrase the question?",
    ),
    (
        "Sorry, I can't give medical advice. Please ask a doctor.",
        "Take two tablets of ibuprofen every six hours with some food.",
    ),
    (
        "To reset your password, open Settings, choose Security and click Reset password.",
        "Please call our support line to get your password changed by an agent.",
    ),
    (
        "It will be cloudy in Hangzhou tomorrow, with a high of 26 and a low of 18 degrees.",
        "I cannot look up the weather, but you can check a weather site for Hangzhou.",
    ),
    (
        "我叫小明，喜欢蓝色。",
        "You are Xiao Ming and you like blue.",
    ),
)
