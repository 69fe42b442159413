"""The words of a training log in the languages that students write, as the English ones for the same."""

from __future__ import annotations

import unicodedata

WORDS = {
    "loss": ("verlust", "pérdida", "perda", "perte", "perdita", "损失", "損失", "손실"),
    "accuracy": (
        *("pixelgenauigkeit", "genauigkeit", "exactitud", "precisión", "acurácia", "exactitude", "précision"),
        *("accuratezza", "准确率", "精度", "正确率", "準確率", "正解率", "정확도"),
    ),
    "iou": ("交并比", "交並比"),
    "mean": ("mittlere", "mittlerer", "media", "média", "moyenne", "平均", "평균"),
    "val": ("validierungs", "validación", "validação", "validazione", "验证", "驗證", "検証", "검증"),
    "test": ("prueba", "teste", "测试", "測試", "テスト", "테스트"),
    "train": (
        *("trainings", "entrenamiento", "treinamento", "entraînement", "addestramento"),
        *("训练", "訓練", "학습", "훈련"),
    ),
}


def english(text: str) -> str:
    """A text in lower case with these words in English; a compound becomes several words."""
    text = unicodedata.normalize("NFC", text).lower()
    for word, others in WORDS.items():
        for other in others:
            if other in text:
                text = text.replace(other, f" {word} ")
    return text
